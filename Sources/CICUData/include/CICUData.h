// Nothing to call: this target is linked for the data that it defines.
