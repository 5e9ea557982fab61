"""synthetic10: ten classes of 32x32 RGB images, made from a seed and nothing else.

Each image shows one object of one class in front of clutter. Its class is a matter of shape or texture alone: colours
are drawn independently of the class. In the object's own frame (u, v), rho = |(u, v)|, where the object fills about
the unit disc, the classes are

  disc      rho < 1
  ring      h < rho < 1, hole h in [0.40, 0.65]
  triangle  equilateral, circumradius 1.2
  square    max(|u|, |v|) < 0.82
  star      five tips of radius 1.1, valleys of radius 0.38 to 0.52
  cross     two equal bars of half length 1 and half width 0.20 to 0.34, at right angles
  crescent  the unit disc without a disc of radius 0.70 to 0.88 that is shifted by 0.35 to 0.55
  grating   parallel stripes inside the unit disc, 1.1 to 1.9 periods per radius
  checker   a checkerboard inside the unit disc, 0.9 to 1.5 periods per radius
  spiral    an Archimedean spiral of 1.3 to 2.1 turns, either hand

and everything else is a nuisance: position, size, rotation, anisotropy, foreground and background colour, shading,
a cloudy background, small distractors, up to two bars that hide a part of the object, blur, noise, gain and offset.
How strong the nuisances are is itself drawn for each image, from none to MAX_NUISANCE: the plain images let a network
find the shapes within the first epochs, the worst keep its training loss away from zero until the last.

Image i of a split depends on (seed, split, i) only, through numpy's PCG64: any image can be made alone, and a longer
split begins with the shorter one.
"""

import argparse
from pathlib import Path

import numpy as np

CLASSES = ("disc", "ring", "triangle", "square", "star", "cross", "crescent", "grating", "checker", "spiral")
SPLITS = ("train", "held-out")
SEED = 20
SIDE = 32
SUPERSAMPLING = 2
MAX_NUISANCE = 1.0  # sets the difficulty of the whole set

# Per channel over the first 12,000 training images after division by 255; `--statistics` prints them again.
MEAN = (0.5013, 0.5005, 0.4995)
STD = (0.2618, 0.2600, 0.2628)


def _grid(side):
    """Pixel centres in [-1, 1]: x to the right, y downwards; two arrays (side, side)."""
    axis = (np.arange(side) + 0.5) * (2 / side) - 1
    return np.meshgrid(axis, axis)


_FINE_X, _FINE_Y = _grid(SIDE * SUPERSAMPLING)
_X, _Y = _grid(SIDE)


def _frame(x, y, centre, angle, radius_u, radius_v):
    """Coordinates of the object's own frame: shifted, turned, divided by the two radii."""
    dx, dy = x - centre[0], y - centre[1]
    cos, sin = np.cos(angle), np.sin(angle)
    return (cos * dx + sin * dy) / radius_u, (cos * dy - sin * dx) / radius_v


def _polygon(u, v, corners):
    """The regular polygon whose inscribed circle has radius 1; one side faces +u."""
    turns = 2 * np.pi * np.arange(corners) / corners
    return np.max([u * np.cos(t) + v * np.sin(t) for t in turns], axis=0) < 1


def _disc(u, v, rng):
    return u * u + v * v < 1


def _ring(u, v, rng):
    rho = np.hypot(u, v)
    return (rho < 1) & (rho > rng.uniform(0.40, 0.65))


def _triangle(u, v, rng):
    return _polygon(u / 0.6, v / 0.6, 3)


def _square(u, v, rng):
    return _polygon(u / 0.82, v / 0.82, 4)


def _star(u, v, rng):
    tip, valley, half = 1.1, rng.uniform(0.38, 0.52), np.pi / 5
    # Fold the plane onto one edge, from the tip on the axis to the valley at the angle `half`.
    folded = np.abs((np.arctan2(v, u) + half) % (2 * half) - half)
    rho = np.hypot(u, v)
    px, py = rho * np.cos(folded) - tip, rho * np.sin(folded)
    ex, ey = valley * np.cos(half) - tip, valley * np.sin(half)
    return ex * py - ey * px > 0


def _cross(u, v, rng):
    width = rng.uniform(0.20, 0.34)
    a, b = np.abs(u), np.abs(v)
    return (np.minimum(a, b) < width) & (np.maximum(a, b) < 1)


def _crescent(u, v, rng):
    shift, bite = rng.uniform(0.35, 0.55), rng.uniform(0.70, 0.88)
    return (u * u + v * v < 1) & (np.hypot(u - shift, v) > bite)


def _grating(u, v, rng):
    frequency, phase = rng.uniform(1.1, 1.9), rng.uniform(0, 2 * np.pi)
    return (u * u + v * v < 1) & (np.sin(2 * np.pi * frequency * u + phase) > 0)


def _checker(u, v, rng):
    frequency = rng.uniform(0.9, 1.5)
    phase_u, phase_v = rng.uniform(0, 2 * np.pi, 2)
    product = np.sin(2 * np.pi * frequency * u + phase_u) * np.sin(2 * np.pi * frequency * v + phase_v)
    return (u * u + v * v < 1) & (product > 0)


def _spiral(u, v, rng):
    turns, hand = rng.uniform(1.3, 2.1), rng.choice((-1, 1))
    rho = np.hypot(u, v)
    return (rho < 1) & ((turns * rho - hand * np.arctan2(v, u) / (2 * np.pi)) % 1 < 0.45)


_INSIDE = (_disc, _ring, _triangle, _square, _star, _cross, _crescent, _grating, _checker, _spiral)


def _coverage(inside):
    """Share of each pixel that is inside: the mean over its supersamples, (SIDE, SIDE)."""
    return inside.reshape(SIDE, SUPERSAMPLING, SIDE, SUPERSAMPLING).mean(axis=(1, 3))


def _cloud(rng, cells):
    """Smooth noise in [-1, 1]: bilinear interpolation of (cells + 1)^2 random values, (SIDE, SIDE)."""
    knots = rng.uniform(-1, 1, (cells + 1, cells + 1))
    position = (np.arange(SIDE) + 0.5) * (cells / SIDE)
    low = position.astype(int)
    part = position - low
    rows = knots[low] * (1 - part)[:, None] + knots[low + 1] * part[:, None]
    return rows[:, low] * (1 - part) + rows[:, low + 1] * part


def _paint(image, coverage, colour):
    """Lay a colour (3,) or a coloured image (SIDE, SIDE, 3) over the image where coverage (SIDE, SIDE) is 1."""
    image += coverage[..., None] * (colour - image)


def _colour_away_from(rng, other, distance):
    while True:
        colour = rng.uniform(0, 1, 3)
        if np.linalg.norm(colour - other) >= distance:
            return colour


def _blur(image, weight):
    """One pass of (w, 1 - 2w, w) along both axes; edges are repeated."""
    for axis in (0, 1):
        padded = np.pad(image, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        before = np.take(padded, range(0, SIDE), axis)
        after = np.take(padded, range(2, SIDE + 2), axis)
        image = (1 - 2 * weight) * image + weight * (before + after)
    return image


def _distractor(image, rng):
    """A small blot or stroke of any colour, anywhere: clutter that belongs to no class."""
    centre, angle = rng.uniform(-1, 1, 2), rng.uniform(0, np.pi)
    long, thin = rng.uniform(0.10, 0.45), rng.uniform(0.05, 0.12)
    u, v = _frame(_FINE_X, _FINE_Y, centre, angle, long, thin)
    _paint(image, _coverage(u * u + v * v < 1), rng.uniform(0, 1, 3))


def make_image(seed, split, index):
    """One image, uint8 (32, 32, 3), and its label in 0..9."""
    rng = np.random.Generator(np.random.PCG64([seed, SPLITS.index(split), index]))
    label = int(rng.integers(len(CLASSES)))
    nuisance = rng.uniform(0, MAX_NUISANCE)

    ground = rng.uniform(0, 1, 3)
    tint = nuisance * rng.uniform(-0.25, 0.25, 3)
    image = ground + tint * _cloud(rng, int(rng.integers(1, 6)))[..., None]
    direction = rng.uniform(0, 2 * np.pi)
    image += nuisance * rng.uniform(0, 0.2) * (np.cos(direction) * _X + np.sin(direction) * _Y)[..., None]
    for _ in range(round(nuisance * rng.uniform(0, 6))):
        _distractor(image, rng)

    size, stretch = rng.uniform(0.80 - 0.35 * nuisance, 0.85), np.exp(nuisance * rng.uniform(-0.25, 0.25))
    centre, angle = nuisance * rng.uniform(-0.35, 0.35, 2), rng.uniform(0, 2 * np.pi)
    u, v = _frame(_FINE_X, _FINE_Y, centre, angle, size * stretch, size / stretch)
    shading = nuisance * rng.uniform(0, 0.2) * _cloud(rng, 2)[..., None]
    colour = _colour_away_from(rng, ground, 0.70 - 0.45 * nuisance)
    _paint(image, _coverage(_INSIDE[label](u, v, rng)), colour + shading)

    for _ in range(round(nuisance * rng.uniform(0, 2.5))):
        at, tilt = centre + rng.uniform(-0.6, 0.6, 2) * size, rng.uniform(0, np.pi)
        _, across = _frame(_FINE_X, _FINE_Y, at, tilt, 1, rng.uniform(0.05, 0.16))
        _paint(image, _coverage(np.abs(across) < 1), rng.uniform(0, 1, 3))

    image = _blur(image, nuisance * rng.uniform(0, 0.25))
    image += rng.normal(0, 0.01 + nuisance * rng.uniform(0, 0.10), image.shape)
    image = rng.uniform(0.7, 1.1) * (image - 0.5) + 0.5 + rng.uniform(-0.08, 0.08)
    return np.round(255 * np.clip(image, 0, 1)).astype(np.uint8), label


def make_split(split, count, seed=SEED):
    """The first `count` images of a split: images uint8 (count, 32, 32, 3), labels int64 (count,)."""
    pairs = [make_image(seed, split, i) for i in range(count)]
    return np.stack([image for image, _ in pairs]), np.array([label for _, label in pairs], np.int64)


def normalise(images):
    """uint8 NHWC to float32 NCHW: divided by 255, then (x - MEAN) / STD per channel, all in float32."""
    scaled = images.astype(np.float32) / np.float32(255)
    scaled = (scaled - np.float32(MEAN)) / np.float32(STD)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def contact_sheet(path, columns=10, zoom=2, seed=SEED):
    """Writes a PNG: a row for each class, its name and the first `columns` training images of the class."""
    from PIL import Image, ImageDraw

    cell, left = SIDE * zoom + 2, 70
    sheet = Image.new("RGB", (left + columns * cell, len(CLASSES) * cell), "white")
    draw = ImageDraw.Draw(sheet)
    filled = [0] * len(CLASSES)
    for row, name in enumerate(CLASSES):
        draw.text((8, row * cell + cell // 2 - 6), name, fill="black")
    index = 0
    while min(filled) < columns:
        image, label = make_image(seed, "train", index)
        index += 1
        if filled[label] < columns:
            tile = Image.fromarray(image).resize((SIDE * zoom, SIDE * zoom), Image.NEAREST)
            sheet.paste(tile, (left + filled[label] * cell, label * cell + 1))
            filled[label] += 1
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(256).save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description="Look at the synthetic10 data set.")
    parser.add_argument("--contact-sheet", metavar="PNG", help="write a picture with ten images of each class")
    parser.add_argument("--statistics", action="store_true", help="print mean and std of 12,000 training images")
    arguments = parser.parse_args()
    if arguments.contact_sheet:
        contact_sheet(arguments.contact_sheet)
    if arguments.statistics:
        scaled = make_split("train", 12000)[0] / 255
        print("mean", scaled.mean(axis=(0, 1, 2)), "std", scaled.std(axis=(0, 1, 2)))


if __name__ == "__main__":
    main()
