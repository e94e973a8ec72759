# Runs a peer's script that times itself with time.time(), and prints the seconds of wall clock and of processor time
# between its first and its last look at the clock: its own time, without its start. Arguments: the script and its own.
import runpy
import sys
import time

looks = []
wall_clock = time.time


def look():
    looks.append((wall_clock(), time.process_time()))
    return looks[-1][0]


time.time = look
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name='__main__')
print('seconds', looks[-1][0] - looks[0][0], looks[-1][1] - looks[0][1])
