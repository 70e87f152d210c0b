// Nothing to import: this target is what links the library.
