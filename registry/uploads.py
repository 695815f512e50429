"""Uploads that do not fit on the disk, and names of any length: a form instead of an error page."""

import io

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import multipartparser

# The head of a part of a form holds the name of its file. With Django's one kilobyte a longer name
# is an error page that cannot say why; it is shortened later.
multipartparser.MAX_TOTAL_HEADER_SIZE = 256 << 10


class SpoolingUploadHandler(TemporaryFileUploadHandler):
    """Django's handler of large files, which goes on without the file where the disk is full.

    The upload is read before any view begins, so that no view could catch what goes wrong. What
    cannot be kept arrives as an empty file with ``error``.
    """

    def new_file(self, *args, **kwargs):
        self.error = None
        self._try(super().new_file, *args, **kwargs)

    def receive_data_chunk(self, raw_data, start):
        self._try(super().receive_data_chunk, raw_data, start)

    def file_complete(self, file_size):
        whole = self._try(super().file_complete, file_size)
        if self.error is None:
            return whole
        nothing = InMemoryUploadedFile(
            io.BytesIO(), self.field_name, self.file_name, self.content_type, 0, self.charset
        )
        nothing.error = self.error
        return nothing

    def _try(self, step, *args, **kwargs):
        if self.error is None:
            try:
                return step(*args, **kwargs)
            except OSError as error:
                self.error = error
                if getattr(self, "file", None):
                    self.file.close()
        return None
