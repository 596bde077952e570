"""A trained run becomes a voice: graphs built by hand, checked against torch, judged, and written as one folder."""
