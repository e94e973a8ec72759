# The peer of `overlaps-run.entry.ts`: shapely (GEOS) finds what the parcels of a mosaic share, with STRtree and
# intersection. Argument: the mosaic as float64, one ring after the other, its number of corners before them. Prints for
# each of several passes, the first of which warms up: wall clock and processor time in s, pairs, shared square degrees.
# Polygons are built beforehand; the index is part of the time.
import array
import sys
import time

from shapely.geometry import Polygon
from shapely.strtree import STRtree

TOUCH_DEG = 2e-9

numbers = array.array('d')
with open(sys.argv[1], 'rb') as file:
    numbers.frombytes(file.read())
polygons = []
at = 0
while at < len(numbers):
    end = at + 1 + 2 * int(numbers[at])
    polygons.append(Polygon(list(zip(numbers[at + 1 : end : 2], numbers[at + 2 : end : 2]))))
    at = end
boxes = [polygon.bounds for polygon in polygons]
# Before version 2 the tree answers with geometries, not with positions.
positions = {id(polygon): i for i, polygon in enumerate(polygons)}


def find():
    tree = STRtree(polygons)
    pairs = 0
    total = 0.0
    for second, polygon in enumerate(polygons):
        for found in tree.query(polygon):
            first = positions.get(id(found), found) if not isinstance(found, int) else found
            if first >= second:
                continue
            area = polygons[first].intersection(polygon).area
            a, b = boxes[first], boxes[second]
            half = min(a[2], b[2]) - max(a[0], b[0]) + min(a[3], b[3]) - max(a[1], b[1])
            if area > TOUCH_DEG * half:
                pairs += 1
                total += area
    return pairs, total


for _ in range(2):
    start = (time.perf_counter(), time.process_time())
    pairs, total = find()
    print(time.perf_counter() - start[0], time.process_time() - start[1], pairs, total)
