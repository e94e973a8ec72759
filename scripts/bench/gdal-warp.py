# The peer of `scripts/bench/tiles.ts`: gdal.Warp in process, one thread, the same tiles of the same file.
# Arguments: file, resampling, first x, first y, last x, last y. Prints tiles per second, after a warm-up.
import sys
import time

from osgeo import gdal

gdal.UseExceptions()
gdal.SetConfigOption('GDAL_NUM_THREADS', '1')
path, method = sys.argv[1:3]
x0, y0, x1, y1 = (int(text) for text in sys.argv[3:])
half = 20037508.342789244
side = 2 * half / 2**14
source = gdal.Open(path)
tiles = [(x, y) for y in range(y0, y1 + 1) for x in range(x0, x1 + 1)]
for _ in range(2):
    start = time.perf_counter()
    for x, y in tiles:
        bounds = (x * side - half, half - (y + 1) * side, (x + 1) * side - half, half - y * side)
        gdal.Warp('', source, format='MEM', dstSRS='EPSG:3857', outputBounds=bounds, width=256, height=256, resampleAlg=method)
print(len(tiles) / (time.perf_counter() - start))
