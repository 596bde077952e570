"""torch blocks without probability: masks, convolutions, attention, alignment search."""
