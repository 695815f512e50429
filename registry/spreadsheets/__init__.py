"""Reading staff's workbooks."""
