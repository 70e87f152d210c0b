"""What a training step consists of: launches.py FILE prints the kernels of the last whole step in a file of trace.c."""

import collections
import re
import sys

rows = []
for line in open(sys.argv[1]):
    begin, end, kind, words = line.split(None, 3)
    rows.append((int(begin), int(end), kind, re.sub(r"^\S+ \S+ r\d+ l\d+ ", "", words.strip())[:110]))
rows.sort()
marks = [i for i, row in enumerate(rows) if row[3] == "class_totals"]  # one in each step
step = rows[marks[-3] : marks[-2]]
busy, counts = collections.Counter(), collections.Counter()
for begin, end, kind, name in step:
    busy[f"{kind} {name}"] += end - begin
    counts[f"{kind} {name}"] += 1
print(f"{(step[-1][1] - step[0][0]) / 1e6:.2f} ms, {sum(busy.values()) / 1e6:.2f} busy, {len(step)} launches and copies")
for name, time in busy.most_common(40):
    print(f"{time / 1e6:8.3f} ms {counts[name]:4d} {name}")
