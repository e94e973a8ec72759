# The peer of `decode-run.entry.ts`: GDAL reads a whole uint16 COG into one array. Arguments: file, number of threads.
# Prints for each of several passes, the first of which warms up, seconds of wall clock, of processor time, and a sum.
import sys
import time

import numpy
from osgeo import gdal

gdal.UseExceptions()
path, threads = sys.argv[1:3]
image = None
for _ in range(4):
    # A new dataset holds no decoded block.
    dataset = gdal.OpenEx(path, gdal.OF_RASTER, open_options=['NUM_THREADS=' + threads])
    if image is None:
        image = numpy.zeros((dataset.RasterYSize, dataset.RasterXSize), numpy.uint16)
    start = (time.perf_counter(), time.process_time())
    dataset.ReadAsArray(buf_obj=image)
    print(time.perf_counter() - start[0], time.process_time() - start[1], image.sum(dtype=numpy.uint64))
    dataset = None
