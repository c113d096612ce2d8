"""The machine: the interpreter that leads from node to node, its heap, its budget, and the record of what is sent."""
