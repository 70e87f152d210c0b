// Code of its own it has none: Package.swift says what it is for.
#include "CTorchLibrary.h"
