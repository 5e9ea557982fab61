"""Golden pixels by PIL and torchvision for test/model/images: small files in every mode that PIL writes, resizing and
cropping. Writes test/fixtures/images.

    python3 tools/golden_images.py
"""

import json
import pathlib

import numpy as np
import PIL
import torchvision
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, Resize

OUT = pathlib.Path(__file__).resolve().parent.parent / "test" / "fixtures" / "images"


def picture(width, height, seed):
    """Smooth colours, edges and noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 120 * np.sin(0.5 * x * (c + 1) / 3 + 0.7 * y + c) for c in range(3)]
    out = np.stack(waves, axis=-1) + rng.normal(0, 20, (height, width, 3))
    out[height // 3 : height // 2, width // 4 :] = [255, 0, 128]
    return Image.fromarray(np.clip(out, 0, 255).astype(np.uint8))


def pixels(image):
    return np.asarray(image.convert("RGB")).reshape(-1).tolist()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    source = picture(13, 9, 0)
    files = {}

    def save(name, image, **how):
        image.save(OUT / name, **how)
        files[name] = {"size": image.size, "pixels": pixels(Image.open(OUT / name))}

    save("rgb.png", source)
    save("rgba.png", source.convert("RGBA").rotate(10))
    save("grey.png", source.convert("L"))
    save("grey-alpha.png", source.convert("LA"))
    save("one-bit.png", source.convert("1"))
    for bits in (1, 2, 4, 8):
        save(f"palette-{bits}.png", source.quantize(2**bits), bits=bits)
    save("transparent-palette.png", source.quantize(8), transparency=3)
    # Sharp edges of colours that are subsampled.
    blocks = source.resize((4, 3)).resize((64, 48), Image.Resampling.NEAREST)
    save("baseline.jpg", blocks, quality=95)
    save("grey.jpg", picture(21, 18, 1).convert("L"), quality=90)
    save("full-colour.jpg", picture(21, 18, 1), quality=95, subsampling=0)
    save("progressive.jpg", picture(21, 18, 1), quality=95, subsampling=0, progressive=True)
    save("subsampled.jpg", picture(21, 19, 1), quality=90)
    save("half-width.jpg", picture(21, 19, 1), quality=90, subsampling=1)
    cmyk = source.convert("CMYK")
    cmyk.save(OUT / "cmyk.jpg")

    photo = picture(37, 29, 2)
    photo.save(OUT / "photo.png")
    resized = []
    for name, filter in (("bilinear", Image.Resampling.BILINEAR), ("bicubic", Image.Resampling.BICUBIC), ("lanczos", Image.Resampling.LANCZOS)):
        for width, height in ((8, 6), (5, 29), (37, 7), (41, 33), (1, 1)):
            got = photo.resize((width, height), filter)
            resized.append({"filter": name, "width": width, "height": height, "pixels": pixels(got)})
    prepared = []
    for file, side, crop in (("photo.png", 16, 12), ("photo.png", 15, 8), ("photo.png", 9, 9), ("photo.png", None, 20), ("rgb.png", 20, 19)):
        steps = ([] if side is None else [Resize(side)]) + [CenterCrop(crop)]
        got = Compose(steps)(Image.open(OUT / file).convert("RGB"))
        prepared.append({"file": file, "resize": side, "crop": crop, "pixels": pixels(got)})
    golden = {
        "by": f"Pillow {PIL.__version__}, torchvision {torchvision.__version__}",
        "files": files,
        "resized": resized,
        "prepared": prepared,
    }
    (OUT / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
