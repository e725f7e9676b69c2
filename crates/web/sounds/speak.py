#!/usr/bin/env python3
"""Speaks the ten digits in three languages into {kk,ru,en}/{0..9}.wav: 11025 Hz, mono, 8 bits, without silence around.

Only for making the files anew: `apt-get install espeak-ng`, then run this here. What it makes is committed and embedded.
"""

import subprocess
import tempfile
import wave
from array import array
from pathlib import Path

WORDS = {
    "kk": "нөл бір екі үш төрт бес алты жеті сегіз тоғыз",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
    "en": "zero one two three four five six seven eight nine",
}
RATE = 11025  # half of what espeak-ng speaks with
SILENCE = 400  # of 32768
EDGE = 110  # samples kept around the word: 10 ms
SPEED = "135"  # words a minute


def spoken(language: str, word: str) -> array:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", language, "-s", SPEED, "-w", file.name, word], check=True)
        with wave.open(file.name) as sound:
            assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 2 * RATE)
            return array("h", sound.readframes(sound.getnframes()))


def halved(samples: array) -> list[float]:
    """Every second sample, after a short low-pass filter."""
    kernel = [-0.03, 0.0, 0.28, 0.5, 0.28, 0.0, -0.03]
    padded = [0] * 3 + list(samples) + [0] * 3
    return [sum(k * padded[i + n] for n, k in enumerate(kernel)) for i in range(0, len(samples), 2)]


def trimmed(samples: list[float]) -> list[float]:
    loud = [i for i, value in enumerate(samples) if abs(value) > SILENCE]
    return samples[max(0, loud[0] - EDGE) : loud[-1] + EDGE]


def main() -> None:
    here = Path(__file__).parent
    for language, words in WORDS.items():
        (here / language).mkdir(exist_ok=True)
        for digit, word in enumerate(words.split()):
            samples = trimmed(halved(spoken(language, word)))
            peak = max(abs(value) for value in samples)
            eight = bytes(128 + round(value / peak * 120) for value in samples)
            with wave.open(str(here / language / f"{digit}.wav"), "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(1)
                sound.setframerate(RATE)
                sound.writeframes(eight)


if __name__ == "__main__":
    main()
