"""Digests by e-mail: what expires, closes or waits, to each member of staff as they chose.

``digests`` finds what there is to tell somebody on a day, ``mail`` writes and sends it,
``stopping`` makes and reads the links that end it. ``manage.py send_reminders`` runs all three.
"""
