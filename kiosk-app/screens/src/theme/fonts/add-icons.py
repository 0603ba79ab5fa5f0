#!/usr/bin/env python3
"""Adds symbols to SchalterIcons.ttf and prints the lines for ../icons.slint.

usage: add-icons.py PACKAGE NAME…      PACKAGE: the unpacked npm package @material-symbols/svg-400
Needs fonttools. A symbol that is there already keeps its place.
"""
import pathlib, re, sys
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.svgLib.path import SVGPath
from fontTools.ttLib import TTFont

package, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
path = pathlib.Path(__file__).with_name("SchalterIcons.ttf")
font = TTFont(path)
for name in names:
    if name in font.getGlyphOrder():
        continue
    svg = package / "outlined" / f"{name}.svg"
    assert 'viewBox="0 -960 960 960"' in svg.read_text(), name
    place = max(font.getBestCmap()) + 1
    pen = TTGlyphPen(None)
    # SVG's y goes down; the view box ends at the font's baseline.
    SVGPath(svg).draw(TransformPen(Cu2QuPen(pen, max_err=1, reverse_direction=True), (1, 0, 0, -1, 0, 0)))
    glyph = pen.glyph()
    font.setGlyphOrder(font.getGlyphOrder() + [name])
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (960, glyph.xMin)
    for table in font["cmap"].tables:
        table.cmap[place] = name
    print(f'    out property <string> {name.replace("_", "-")}: "\\u{{{place:x}}}";')
font.save(path)
