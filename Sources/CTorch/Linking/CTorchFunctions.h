// Nothing to import: CTorch declares the functions, whether they are linked in or loaded late.
