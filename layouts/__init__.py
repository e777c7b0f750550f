"""Paper formats, one YAML file each; read by `ecgimg.layouts`."""
