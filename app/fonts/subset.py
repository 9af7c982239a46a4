"""Makes the fonts of this folder; README.md says from what, with what and why.

    python3 subset.py <folder with the packages of Fontsource, unpacked>
"""
import io
import os
import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = os.path.dirname(os.path.abspath(__file__))

# What the screens themselves say: every first paint needs it. The rest of Latin waits for somebody's name.
BASIC = [*range(0x20, 0x7F), 0xA0, 0xA7, 0xA9, 0xB1, 0xB7, 0xD7, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026]
BASIC += [0x2191, 0x2193, 0x2212]

# The weights of app/styles. Newsreader has its size for print pinned between its two uses, text of 17 px and titles of 30 px.
FONTS = {
    "geist": ("geist", "geist-latin-wght-normal", {"wght": (400, 600)}),
    "geist-mono": ("geist-mono", "geist-mono-latin-wght-normal", {"wght": (400, 600)}),
    "newsreader": ("newsreader", "newsreader-latin-opsz-normal", {"wght": (400, 600), "opsz": 22}),
    "newsreader-italic": ("newsreader", "newsreader-latin-wght-italic", {"wght": 520}),
}


def make(source, limits, characters, name):
    font = TTFont(source)
    instancer.instantiateVariableFont(font, limits, inplace=True, optimize=True)
    plain = io.BytesIO()
    font.flavor = None
    font.save(plain)
    plain.seek(0)
    font = TTFont(plain, recalcTimestamp=False)
    # The fonts' few bytes of hinting tell rasterizers to leave the shapes alone; without them some snap every advance to a whole pixel.
    options = subset.Options(hinting=True, layout_features=["*"], name_IDs=["*"], notdef_outline=True, glyph_names=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(os.path.join(HERE, name + ".woff2"))


def ranges(characters):
    """As a value of unicode-range."""
    runs = []
    for character in sorted(characters):
        if runs and character == runs[-1][1] + 1:
            runs[-1][1] = character
        else:
            runs.append([character, character])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


packages = sys.argv[1]
more = set()
for name, (package, file, limits) in FONTS.items():
    source = os.path.join(packages, package, "files", file + ".woff2")
    others = set(TTFont(source).getBestCmap()) - set(BASIC)
    make(source, limits, BASIC, name)
    make(source, limits, sorted(others), name + "-more")
    more |= others
print("unicode-range of the -more files:", ranges(more))
