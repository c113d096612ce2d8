"""How tools lay out migrations written in SQL: one file a layout, each a reader of a folder's files."""
