"""The chance of the rounds: one generator, whose seed each round logs.

KITH_TEST_SEED=number repeats a round, as far as the machine lets it.
"""

import logging
import os
import random

logger = logging.getLogger(__name__)

SEED = int(os.environ.get("KITH_TEST_SEED") or random.randrange(10**9))

chance = random.Random(SEED)


def begin() -> None:
    chance.seed(SEED)
    logger.warning("the seed of this round is %d", SEED)
