#!/usr/bin/env python3
"""Draws the map of Musterstadt, which doesn't exist: map.png and places.csv.

    python3 -m venv venv && venv/bin/pip install resvg_py==0.5.0 pillow==13.0.0 && venv/bin/python draw.py

The streets are those of ../streets.txt; every stroke is our own, none is from anybody's map. The town lies in the North
Sea, so that nobody who follows a coordinate stands in front of a real house. A picture pixel is 1.25 m.
"""
import io
import math
import random
import re
from pathlib import Path

import resvg_py
from PIL import Image

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT, METRES = 3200, 2400, 1.25
FACTS = dict(re.findall(r"^(north|south|west|east) = ([-0-9.]+)$", (HERE / "map.toml").read_text(), re.M))
FONTS = HERE / "../../screens/src/theme/fonts"

# KERN's light colours, as in theme.slint.
LAND, TOWN, HOUSE, HALL = "#f3f4f7", "#e9ebf2", "#d3d6e2", "#c0a98a"
WATER, WATER_TEXT, GREEN, WOOD, GREEN_TEXT = "#c5d3ef", "#1537a1", "#dcefdd", "#c4e2c8", "#005916"
ROAD, EDGE, MAIN, MAIN_EDGE, RAIL = "#ffffff", "#a9aec6", "#fff3dc", "#d08a1e", "#454b6b"
TEXT, MUTED, SQUARE = "#131525", "#454b6b", "#f6e3c4"

random.seed(12345)
below, houses, edges, roads, above, labels = [], [], [], [], [], []
streets = {}  # name: list of points
kinds = {}  # name: half width of the road


def smooth(points, closed=False):
    """Catmull-Rom through the points, as many short straight pieces."""
    if len(points) < 3 and not closed:
        return list(points)
    around = [points[-1]] + points + points[:2] if closed else [points[0]] + points + [points[-1]]
    made = []
    for p0, p1, p2, p3 in zip(around, around[1:], around[2:], around[3:]):
        for step in range(8):
            t = step / 8
            made.append(tuple(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t ** 3)
                for a, b, c, d in zip(p0, p1, p2, p3)))
    return made + [points[0] if closed else points[-1]]


def path(points, closed=False):
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points) + ("Z" if closed else "")


def area(points, fill, round_it=True):
    below.append(f'<path d="{path(smooth(points, True) if round_it else points, True)}" fill="{fill}"/>')


def street(name, points, width=16, main=False, curved=True):
    line = smooth(points) if curved else list(points)
    streets.setdefault(name, []).append(line)
    kinds[name] = max(kinds.get(name, 0), width)
    d, style = path(line), 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    edges.append(f'<path d="{d}" {style} stroke="{MAIN_EDGE if main else EDGE}" stroke-width="{width + 5}"/>')
    (above if main else roads).append(f'<path d="{d}" {style} stroke="{MAIN if main else ROAD}" stroke-width="{width}"/>')


def text(x, y, words, size, colour=TEXT, angle=0.0, weight=500, spaced=0, halo=LAND):
    words = words.replace("&", "&amp;")
    labels.append(
        f'<text transform="translate({x:.1f} {y:.1f}) rotate({angle:.1f})" font-family="Schalter Sans" font-size="{size}" '
        f'font-weight="{weight}" letter-spacing="{spaced}" text-anchor="middle" dominant-baseline="central" dy="{size * 0.35:.1f}" '
        f'fill="{colour}" stroke="{halo}" stroke-width="{size / 5:.1f}" stroke-linejoin="round" paint-order="stroke">{words}</text>')


def quarter(box, angle, across, along, skew=0.0):
    """Streets in a grid: `across` run from side to side, `along` from top to bottom of a box, turned about its middle."""
    left, top, right, bottom = box
    mx, my, turn = (left + right) / 2, (top + bottom) / 2, math.radians(angle)

    def place(x, y):
        x, y = x + skew * (y - my), y + 9 * math.sin(x / 170)
        dx, dy = x - mx, y - my
        return (mx + dx * math.cos(turn) - dy * math.sin(turn), my + dx * math.sin(turn) + dy * math.cos(turn))

    area([place(left - 45, top - 45), place(right + 45, top - 45), place(right + 45, bottom + 45), place(left - 45, bottom + 45)],
         TOWN, False)
    for number, name in enumerate(across):
        y = top + (bottom - top) * number / max(1, len(across) - 1)
        street(name, [place(left + (right - left) * step / 6, y) for step in range(7)])
    for number, name in enumerate(along):
        x = left + (right - left) * number / max(1, len(along) - 1)
        street(name, [place(x, top + (bottom - top) * step / 4) for step in range(5)])


def pieces(line, length):
    """Points every so often along a line, each with its angle."""
    made, left = [], length / 2
    for (x0, y0), (x1, y1) in zip(line, line[1:]):
        size = math.hypot(x1 - x0, y1 - y0)
        angle = math.degrees(math.atan2(y1 - y0, x1 - x0))
        while size > 0 and left <= size:
            made.append((x0 + (x1 - x0) * left / size, y0 + (y1 - y0) * left / size, angle))
            left += length
        left -= size
    return made


# --- land and water -------------------------------------------------------------------------------------------------
area([(2480, -60), (2700, 240), (2660, 560), (3300, 640), (3300, -60)], WOOD)
area([(-80, -80), (-80, 420), (60, 330), (80, 120), (260, -80)], WOOD)
area([(1085, 1560), (1200, 1550), (1225, 1700), (1190, 1830), (1060, 1815)], GREEN)  # the town's park
area([(80, 2075), (400, 2060), (420, 2240), (240, 2290), (70, 2250)], GREEN)  # the sports ground
area([(2390, 1585), (2640, 1600), (2630, 1790), (2400, 1800)], GREEN)  # the cemetery
RIVER = [(-60, 520), (420, 640), (960, 650), (1480, 610), (2040, 580), (2480, 660), (2860, 740), (3280, 700)]
river = path(smooth(RIVER))
below.append(f'<path d="{river}" fill="none" stroke="{GREEN}" stroke-width="190"/>')
below.append(f'<path d="{river}" fill="none" stroke="{WATER}" stroke-width="96"/>')
area([(2120, 560), (2330, 590), (2330, 500), (2170, 470)], WATER)  # the old harbour
area([(2790, 330), (2960, 290), (3080, 370), (3020, 480), (2840, 470)], WATER)  # the mill pond
area([(1090 + 25 * math.cos(a), 1690 + 45 * math.sin(a)) for a in [i * 0.9 for i in range(7)]], WATER)

# --- the old town, inside the ring -----------------------------------------------------------------------------------
MX, MY, RX, RY = 1620, 1180, 480, 385
ring = [(MX + RX * math.cos(math.radians(a)), MY + RY * math.sin(math.radians(a))) for a in range(0, 360, 20)]
area(ring, TOWN)
inner = [(MX + 0.86 * RX * math.cos(math.radians(a)), MY + 0.86 * RY * math.sin(math.radians(a))) for a in range(180, 361, 15)]
street("Wallstraße", inner, 14)


def chord(name, offset, flat, cut=0.86, bend=10, width=14):
    """A street through the old town from one side of the ring to the other."""
    if flat:
        half = cut * RX * math.sqrt(max(0.0, 1 - (offset / RY) ** 2))
        street(name, [(MX - half, MY + offset), (MX - half / 3, MY + offset + bend), (MX + half / 3, MY + offset - bend), (MX + half, MY + offset)], width)
    else:
        half = cut * RY * math.sqrt(max(0.0, 1 - (offset / RX) ** 2))
        street(name, [(MX + offset, MY - half), (MX + offset + bend, MY - half / 3), (MX + offset - bend, MY + half / 3), (MX + offset, MY + half)], width)


for name, offset in [("Klosterstraße", -255), ("Marktstraße", -170), ("Schulstraße", 110), ("Breite Straße", 190), ("Steinweg", 265)]:
    chord(name, offset, True)
for name, offset in [("Burgstraße", -330), ("Königstraße", -215), ("Schlossstraße", 225), ("Lange Straße", 335)]:
    chord(name, offset, False)
below.append(f'<rect x="{MX - 118}" y="{MY - 78}" width="236" height="100" fill="{SQUARE}"/>')
street("Am Markt", [(MX - 118, MY - 78), (MX + 118, MY - 78)], 14, curved=False)
street("Marktplatz", [(MX - 118, MY + 22), (MX + 118, MY + 22)], 14, curved=False)
street("Am Rathaus", [(MX - 118, MY - 78), (MX - 118, MY + 22)], 14, curved=False)
street("Rathausplatz", [(MX - 215, MY - 80), (MX - 118, MY - 78)], 14, curved=False)
street("Kirchplatz", [(MX + 118, MY - 78), (MX + 225, MY - 75)], 14, curved=False)
street("Kirchstraße", [(MX + 118, MY - 78), (MX + 118, MY + 22), (MX + 112, MY + 112)], 14, curved=False)
street("An der Kirche", [(MX + 225, MY + 20), (MX + 335, MY + 22)], 14, curved=False)
street("Poststraße", [(MX - 335, MY + 20), (MX - 215, MY + 22), (MX - 118, MY + 22)], 14)
street("Brunnenweg", [(MX - 100, MY + 112), (MX - 96, MY + 190), (MX - 90, MY + 265)], 14)
street("Kurze Straße", [(MX + 80, MY + 190), (MX + 76, MY + 265)], 14)
street("Querstraße", [(MX - 60, MY - 255), (MX - 56, MY - 170)], 14)
street("Mittelstraße", [(MX - 56, MY - 170), (MX - 50, MY - 78)], 14)
street("Im Winkel", [(MX + 110, MY - 255), (MX + 120, MY - 215), (MX + 225, MY - 215)], 14, curved=False)

# --- quarters ------------------------------------------------------------------------------------------------------
quarter((210, 150, 1270, 490), -4, ["Weinbergstraße", "Bergstraße", "Sonnenstraße", "Wiesenstraße"],
        ["Am Hang", "Hohe Straße", "Talstraße", "Feldstraße"])
quarter((1740, 80, 2400, 420), 3, ["Amselweg", "Drosselweg", "Finkenweg", "Meisenweg", "Lerchenweg"], ["Heidestraße", "Auf der Heide", "Sandweg"])
quarter((150, 800, 990, 1160), 6, ["Goethestraße", "Gerhart-Hauptmann-Straße", "Heinrich-Heine-Straße", "Lessingstraße"],
        ["Fröbelstraße", "Schillerstraße", "Kantstraße", "Eichendorffstraße", "Hermann-Löns-Weg"])
quarter((150, 1470, 950, 1790), -3, ["Mozartstraße", "Beethovenstraße", "Schubertstraße", "Clara-Schumann-Weg"],
        ["Luisenstraße", "Marienstraße", "Karlstraße", "Wilhelmstraße", "Friedrichstraße"])
quarter((2280, 870, 3060, 1090), 4, ["Ahornweg", "Akazienweg", "Birkenweg"], ["Kastanienallee", "Buchenweg", "Eichenweg", "Lindenallee"])
quarter((2280, 1290, 3060, 1520), -3, ["Rosenstraße", "Tulpenweg", "Veilchenweg"],
        ["Lilienweg", "Rosenweg", "Fliederweg", "Gartenstraße", "Blumenstraße"])
quarter((2560, 70, 3120, 250), 5, ["Tannenweg", "Kiefernweg", "Kirschenweg"], ["Waldstraße", "Rotdornweg", "Erlenweg"])
quarter((1330, 2080, 2360, 2340), 1, ["Friedrich-Ebert-Straße", "Bertha-von-Suttner-Straße", "Albert-Schweitzer-Straße", "Stettiner Straße"],
        ["Karl-Marx-Straße", "Robert-Koch-Straße", "Theodor-Heuss-Straße", "Sophie-Scholl-Straße", "Rosa-Luxemburg-Straße"])
quarter((520, 2060, 1010, 2330), -2, ["Schützenstraße", "St.-Florian-Weg", "Dorfstraße"], ["Jahnstraße", "Grüner Weg", "Unterer Weg"])
quarter((2560, 1880, 3100, 2310), 0, ["Neue Straße", "Neuer Weg", "Oststraße", "Ziegelstraße"], ["Industriestraße"])

# --- roads between them ------------------------------------------------------------------------------------------------
street("Uferstraße", [(120, 690), (480, 735), (960, 745), (1480, 710), (1900, 690)], 16)
street("Hafenstraße", [(1900, 690), (2080, 700), (2400, 770), (2760, 830), (3200, 800)], 16)
street("Am Alten Hafen", [(2040, 530), (2090, 450), (2200, 430), (2380, 470), (2440, 560)], 14)
street("Am Bach", [(1330, 520), (1300, 430), (1340, 300), (1310, 120)], 14)
street("Wiesenweg", [(300, 560), (620, 575), (900, 580), (1180, 560)], 14)
street("In den Wiesen", [(620, 575), (600, 480)], 14)
street("Am Mühlenteich", [(2740, 300), (2760, 430), (2830, 520), (3000, 530), (3110, 440), (3090, 320)], 14)
street("Mühlenstraße", [(2760, 430), (2640, 440), (2560, 480), (2440, 560)], 14)
street("Mühlenweg", [(2830, 520), (2800, 600), (2720, 640)], 14)
street("Mühlweg", [(3000, 530), (3060, 600), (3200, 610)], 14)
street("Teichstraße", [(3110, 440), (3200, 420)], 14)
street("Pappelallee", [(2170, 790), (2190, 950), (2200, 1110)], 14)
street("Ulmenweg", [(2200, 950), (2270, 955)], 14)
street("Weidenweg", [(2190, 870), (2270, 865)], 14)
street("Lindenstraße", [(2110, 1330), (2200, 1390), (2260, 1420)], 14)
street("Am Stadtpark", [(1040, 1560), (1030, 1690), (1045, 1830)], 14)
street("Parkstraße", [(945, 1640), (1035, 1690)], 14)
street("Wasserstraße", [(1255, 1500), (1270, 1640), (1240, 1800)], 14)
street("Friedhofstraße", [(2330, 1580), (2340, 1700), (2340, 1830)], 14)
street("Am Sportplatz", [(60, 2060), (230, 2030), (440, 2040)], 14)
street("Zum Sportplatz", [(440, 2040), (450, 2180), (420, 2310)], 14)
street("Straße der Einheit", [(2420, 1830), (2450, 1960), (2440, 2120), (2450, 2400)], 16)
street("August-Bebel-Straße", [(1100, 2010), (1330, 2020), (1800, 2030), (2440, 2040)], 16)
street("Willy-Brandt-Platz", [(1650, 1985), (1800, 1990)], 16)
street("Bismarckstraße", [(1400, 1560), (1440, 1700), (1440, 1830)], 14)
street("Markgrafenstraße", [(1880, 1530), (1920, 1680), (1910, 1830)], 14)
street("Am Bahnhof", [(1440, 1830), (1640, 1845), (1910, 1835)], 16)
street("Weststraße", [(990, 850), (1090, 900), (1170, 960)], 16)

for name, points in [
    ("Bergstraße", [(1262, 225), (1400, 240), (1545, 260)]), ("Finkenweg", [(1740, 240), (1660, 245), (1548, 262)]),
    ("Bachstraße", [(1318, 400), (1430, 405), (1556, 400)]), ("Goethestraße", [(176, 755), (160, 720), (200, 700)]),
    ("Eichendorffstraße", [(772, 1175), (765, 1250), (760, 1318)]), ("Wilhelmstraße", [(742, 1455), (735, 1400), (730, 1328)]),
    ("Kastanienallee", [(2272, 1060), (2265, 1130), (2262, 1190)]), ("Eichenweg", [(2795, 1115), (2798, 1150), (2800, 1188)]),
    ("Fliederweg", [(2660, 1290), (2655, 1240), (2650, 1190)]), ("Friedhofstraße", [(2330, 1580), (2320, 1555), (2298, 1536)]),
    ("Neue Straße", [(2560, 1880), (2500, 1890), (2440, 1900)]), ("Karl-Marx-Straße", [(1332, 2080), (1332, 2022)]),
    ("Rosa-Luxemburg-Straße", [(2362, 2085), (2364, 2038)]), ("Schützenstraße", [(1008, 2045), (1060, 2030), (1120, 2010)]),
    ("Am Stadtpark", [(1045, 1830), (1085, 1836), (1132, 1838)]), ("Waldstraße", [(2556, 232), (2570, 330), (2640, 440)]),
    ("Wasserstraße", [(1255, 1500), (1262, 1460), (1280, 1440)]), ("Bismarckstraße", [(1400, 1560), (1395, 1540), (1400, 1525)]),
    ("Markgrafenstraße", [(1880, 1530), (1870, 1515), (1860, 1510)]), ("Wasserstraße", [(1240, 1800), (1330, 1828), (1440, 1830)]),
    ("Lerchenweg", [(2050, 418), (2060, 450), (2090, 470)]), ("Pappelallee", [(2170, 790), (2160, 750), (2150, 715)]),
    ("Pappelallee", [(2200, 1110), (2205, 1150), (2210, 1188)])]:
    street(name, points, 14)
street("Ringstraße", ring + [ring[0]], 24, True)
street("Hauptstraße", [(MX, MY - RY), (MX - 4, MY - 255), (MX + 2, MY - 78), (MX, MY + 22), (MX - 6, MY + 190), (MX, MY + RY)], 20, True)
street("Brückenstraße", [(MX, MY - RY), (1590, 690), (1570, 520)], 24, True)
street("Nordstraße", [(1570, 520), (1540, 300), (1560, 120), (1520, -40)], 24, True)
street("Alte Landstraße", [(MX - RX, MY + 30), (1000, 1275), (620, 1330), (200, 1330), (-40, 1380)], 24, True)
street("Berliner Straße", [(MX + RX, MY), (2240, 1190), (2700, 1190), (3240, 1130)], 24, True)
street("Bahnhofstraße", [(MX, MY + RY), (1640, 1700), (1640, 1845)], 24, True)
street("Südstraße", [(1230, 1405), (1140, 1480), (1130, 1850), (1120, 2010), (1160, 2200), (1130, 2440)], 24, True)

# --- the railway ---------------------------------------------------------------------------------------------------------
rail = path(smooth([(-60, 1905), (600, 1915), (1250, 1905), (1900, 1900), (2500, 1880), (3260, 1740)]))
tracks = (f'<path d="{rail}" fill="none" stroke="{RAIL}" stroke-width="16"/>'
          f'<path d="{rail}" fill="none" stroke="#ffffff" stroke-width="10" stroke-dasharray="34 34"/>')
bridges = [f'<path d="{path(smooth(points))}" fill="none" stroke="{MAIN_EDGE}" stroke-width="29"/>'
           f'<path d="{path(smooth(points))}" fill="none" stroke="{MAIN}" stroke-width="24"/>'
           for points in ([(1132, 1850), (1124, 1930), (1121, 2000)],)]

# --- houses along the streets --------------------------------------------------------------------------------------------
everything = [(point, kinds[name]) for name, lines in streets.items() for line in lines for point in pieces(line, 14)]
near = {}
for (x, y, _), width in everything:
    near.setdefault((int(x // 60), int(y // 60)), []).append((x, y, width))


def free(x, y, need):
    if abs(x - MX) < 118 and MY - 78 < y < MY + 22:
        return False  # the market square
    column, row = int(x // 60), int(y // 60)
    around = (spot for dx in (-1, 0, 1) for dy in (-1, 0, 1) for spot in near.get((column + dx, row + dy), ()))
    return all(math.hypot(x - px, y - py) > width / 2 + need for px, py, width in around)


for name, lines in streets.items():
    if name in ("Uferstraße", "Hafenstraße", "Am Mühlenteich", "Mühlweg", "Wiesenweg", "Brückenstraße", "Am Bach"):
        continue
    for line in lines:
        for x, y, angle in pieces(line, 34):
            for side in (-1, 1):
                if random.random() < 0.12:
                    continue
                across = math.radians(angle + 90 * side)
                away = kinds[name] / 2 + 21
                hx, hy = x + away * math.cos(across), y + away * math.sin(across)
                if free(hx, hy, 14):
                    wide, deep = random.choice([(24, 17), (20, 18), (27, 16)])
                    houses.append(f'<rect x="{-wide / 2}" y="{-deep / 2}" width="{wide}" height="{deep}" fill="{HOUSE}" '
                                  f'transform="translate({hx:.1f} {hy:.1f}) rotate({angle:.1f})"/>')
for x, y, w, h in [(MX - 196, MY - 58, 58, 62), (MX + 142, MY - 52, 62, 46), (1560, 1862, 170, 30), (2620, 1950, 150, 60), (2800, 1950, 180, 62),
                   (2640, 2100, 120, 64), (2820, 2090, 170, 70), (2640, 2240, 190, 50), (290, 2120, 70, 40)]:
    houses.append(f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{HALL if x < 2000 else HOUSE}"/>')

# --- names ------------------------------------------------------------------------------------------------------------------
taken = []


def fits(x, y, angle, long, high):
    """No other name is there, and it is on the picture."""
    turn = math.radians(angle)
    spots = [(x + math.cos(turn) * long * part, y + math.sin(turn) * long * part) for part in [step / 8 - 0.5 for step in range(9)]]
    inside = all(40 < sx < WIDTH - 40 and 40 < sy < HEIGHT - 40 for sx, sy in spots)
    return inside and all(math.hypot(sx - tx, sy - ty) > high for sx, sy in spots for tx, ty in taken), spots


for x, y, words, size, colour, angle in [
    (760, 648, "Muster", 46, WATER_TEXT, 2), (2700, 703, "Muster", 46, WATER_TEXT, 14), (2925, 395, "Mühlenteich", 32, WATER_TEXT, 0),
    (2985, 640, "Stadtwald", 44, GREEN_TEXT, 0), (1150, 1760, "Stadtpark", 30, GREEN_TEXT, 0), (240, 2190, "Sportplatz", 34, GREEN_TEXT, 0),
    (2510, 1690, "Friedhof", 34, GREEN_TEXT, 0), (1640, 1935, "Bahnhof", 40, TEXT, 0), (2235, 540, "Hafen", 32, WATER_TEXT, 0),
    (560, 85, "WEINBERG", 46, MUTED, -4), (2090, 480, "VOGELSIEDLUNG", 44, MUTED, 0), (560, 1230, "DICHTERVIERTEL", 50, MUTED, 4),
    (560, 1415, "MUSIKVIERTEL", 50, MUTED, -2), (2520, 1140, "LINDENHOF", 36, MUTED, 2), (2930, 1238, "BLUMENVIERTEL", 36, MUTED, -2),
    (760, 2105, "ALTDORF", 40, MUTED, 0), (2870, 2050, "INDUSTRIEGEBIET", 34, MUTED, 0),
    (1560, 2122, "SÜDSTADT", 34, MUTED, 1)]:
    if words:
        caps = words.isupper()
        text(x, y, words, size, colour, angle, 600 if caps else 500, 6 if caps else 0, WATER if colour == WATER_TEXT else LAND)
        half = len(words) * size * (0.42 if caps else 0.3)
        taken += [(x + half * part, y) for part in (-1, -0.6, -0.2, 0.2, 0.6, 1)]
order = sorted(streets, key=lambda name: (name != "Hauptstraße", -kinds[name], -sum(len(line) for line in streets[name])))
unnamed = []
for name in order:
    main = kinds[name] > 18
    done = False
    for size in ([36, 32] if main else [29, 26, 23, 20]):
        long, high = len(name) * size * 0.54, size * 1.15
        spots = [spot for line in streets[name] for spot in pieces(line, 24)]
        middle = len(spots) / 2
        for x, y, angle in sorted(spots, key=lambda spot: abs(spots.index(spot) - middle)):
            angle = (angle + 90) % 180 - 90
            good, used = fits(x, y, angle, long, high)
            if good:
                text(x, y, name, size, TEXT, angle, 600 if main else 500, 0, "#ffffff" if not main else MAIN)
                taken += used
                done = True
                break
        if done:
            break
    if not done:
        unnamed.append(name)

# --- out ---------------------------------------------------------------------------------------------------------------------
svg = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
       f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{LAND}"/>' + "".join(below + houses + edges + roads + above)
       + tracks + "".join(bridges) + "".join(labels) + "</svg>")
files = [str(FONTS / f"SchalterSans-{weight}.ttf") for weight in ("Regular", "Medium", "SemiBold")]
drawn = resvg_py.svg_to_bytes(svg_string=svg, font_files=files, skip_system_fonts=True)
picture = Image.open(io.BytesIO(bytes(drawn))).convert("RGB")
picture.quantize(96, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(HERE / "map.png", optimize=True)

north, south, west, east = (float(FACTS[side]) for side in ("north", "south", "west", "east"))


def row(name, x, y):
    x, y = min(max(x, 0), WIDTH), min(max(y, 0), HEIGHT)
    return f"{name};{north - (north - south) * y / HEIGHT:.5f};{west + (east - west) * x / WIDTH:.5f}"


rows = ["name;lat;long", "# Made by draw.py: streets every 200 m, and what else has a name."]
for name in sorted(streets):
    spots = [spot for line in streets[name] for spot in pieces(line, 200 / METRES) if 0 <= spot[0] <= WIDTH and 0 <= spot[1] <= HEIGHT]
    spots = spots or [streets[name][0][len(streets[name][0]) // 2] + (0,)]
    rows += [row(name, x, y) for x, y, _ in spots]
for name, x, y in [("Bahnhof", 1640, 1877), ("Rathaus", MX - 167, MY - 27), ("Stadtpark", 1150, 1690), ("Friedhof", 2510, 1690), ("Stadtwald", 2985, 590),
                   ("Hafen", 2235, 540), ("Mühlenteich", 2925, 395), ("Sportplatz", 240, 2170)]:
    rows.append(row(name, x, y))
(HERE / "places.csv").write_text("\n".join(rows) + "\n")
wanted = {line.strip() for line in (HERE / "../streets.txt").read_text().splitlines() if line.strip() and not line.startswith("#")}
print("not on the map:", sorted(wanted - set(streets)), "· not in streets.txt:", sorted(set(streets) - wanted), "· without a name:", unnamed)
