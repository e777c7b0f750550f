"""Small PDFs that are hard on a reader."""

from __future__ import annotations

from pathlib import Path


def pdf(path: Path, count: int = 1, draw: bytes = b"q Q") -> Path:
    """A PDF of one page that declares so many; its page draws a form, and `draw` is what the form draws.

    With `/F Do /F Do` the form draws itself twice, without end.
    """
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % count,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>",
        b"<</Length 5>>stream\n/F Do\nendstream",
        b"<</Length %d/Type/XObject/Subtype/Form/BBox[0 0 100 100]/Resources<</XObject<</F 5 0 R>>>>>>" % len(draw)
        + b"stream\n%s\nendstream" % draw,
    ]
    body, offsets = b"%PDF-1.7\n", []
    for number, data in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    path.write_bytes(body + b"xref\n0 6\n0000000000 65535 f \n" + table + end)
    return path
