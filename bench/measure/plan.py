"""How much is measured."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Plan:
    rounds: int = 7  # Of each pair, interleaved.
    seconds: int = 3  # Of load per side of a round.
    requests: int = 60_000  # Of ab per side of a round.
    commands: int = 200_000  # Of redis-benchmark per round.
    starts: int = 20  # Of each program, for start-up.
    misses: int = 150  # Per round, for their CPU.
    popular: int = 2_500  # Photos that are made before the tail is measured.
    mixed: int = 10_000  # Requests that tell how much a server can do.
    steady: int = 10  # Seconds of planned load per side of a round.
    looks: int = 20  # Pictures that are looked at for their quality.
    distinct: int = 200_000  # Misses that memory is looked at after.
    peer_distinct: int = 100_000  # The peer's, which takes longer.
    burst: int = 1_000  # Of misses of large originals at once, for the same.

    @staticmethod
    def quick():
        return Plan(rounds=3, seconds=1, requests=20_000, commands=50_000, starts=7, misses=60,
                    popular=250, mixed=2_000, steady=4, looks=6, distinct=5_000, peer_distinct=2_000,
                    burst=200)
