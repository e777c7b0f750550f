"""The description of a data set of aligned records in Croissant 1.0, the JSON-LD of MLCommons, as `croissant.json`.

What nobody but the user can state, the licence and the place of publication, is left out; `README.md` asks for it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ecgimg.aligned.tables import TABLES, Column, Kind, Table
from ecgimg.io.files import hash_file, write_atomically

FILE = "croissant.json"
_TYPES: dict[Kind, str] = {"text": "sc:Text", "texts": "sc:Text", "number": "sc:Float", "integer": "sc:Integer"}
_FILE_SETS = (
    ("record-json", "**/*.aligned.json", "application/json", "the whole record of each ECG"),
    ("arrays-read", "**/*.aligned.npz", "application/x-npz", "samples, mask, confidences and curves of pages read"),
    ("arrays-drawn", "pages/*.npz", "application/x-npz", "samples, mask, confidences and curves of pages drawn"),
    ("pages-read", "**/*.aligned.jpg", "image/jpeg", "pictures of pages that were read"),
    ("pages-drawn-jpeg", "pages/*.jpg", "image/jpeg", "pictures of pages that were drawn, with a camera"),
    ("pages-drawn-png", "pages/*.png", "image/png", "pictures of pages that were drawn, without a camera"),
    ("wfdb-headers", "pages/*.hea", "text/plain", "headers of the WFDB records of drawn pages"),
    ("wfdb-samples", "pages/*.dat", "application/octet-stream", "samples of these WFDB records, 16 bit"),
    ("meeti", "**/*.aligned.mat", "application/x-matlab-data", "the variables of MEETI for each ECG"),
)
"""Identifier, pattern, media type and description of each kind of file."""
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification prescribes."""


def write_croissant(out: Path, description: str) -> Path:
    """Writes the description of the set in a folder, whose tables are there; OutputError where it can't be written."""
    sets = [_file_set(*one) for one in _FILE_SETS if any(out.glob(one[1]))]
    content = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "aligned-ecg-records",
        "description": description,
        "version": "1.0.0",
        "distribution": [*(_file_object(out, table) for table in TABLES), *sets],
        "recordSet": [_record_set(table) for table in TABLES],
    }
    return write_atomically(out / FILE, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def _file_object(out: Path, table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject", "@id": table.file, "name": table.file, "description": table.description,
        "contentUrl": table.file, "encodingFormat": "application/x-parquet", "sha256": hash_file(out / table.file),
    }  # fmt: skip


def _file_set(id: str, pattern: str, media_type: str, description: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet", "@id": id, "name": id, "description": description,
        "encodingFormat": media_type, "includes": pattern,
    }  # fmt: skip


def _record_set(table: Table) -> dict[str, Any]:
    key = {"key": {"@id": f"{table.name}/id"}} if table is TABLES[0] else {}
    fields = [_field(table, column) for column in table.columns]
    return {
        "@type": "cr:RecordSet", "@id": table.name, "name": table.name, "description": table.description, **key,
        "field": fields,
    }  # fmt: skip


def _field(table: Table, column: Column) -> dict[str, Any]:
    joined = table is not TABLES[0] and column.name == "id"
    return {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": _TYPES[column.kind],
        **({"repeated": True} if column.kind == "texts" else {}),
        **({"references": {"field": {"@id": f"{TABLES[0].name}/id"}}} if joined else {}),
        "source": {"fileObject": {"@id": table.file}, "extract": {"column": column.name}},
    }
