"""Reads mail: the pure side of `kith import mbox`, from bytes to facts, appending nothing."""
