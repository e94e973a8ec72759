/** A queue of pixels by distance; equal distances come in the order in which they went in, so that runs are equal. */
export interface PixelQueue {
  readonly size: () => number;
  readonly push: (distance: number, pixel: number, label: number) => void;
  /** Takes the nearest out; its pixel and label are then in `pixel()` and `label()`. */
  readonly pop: () => void;
  readonly pixel: () => number;
  readonly label: () => number;
}

/** A binary heap in arrays that grow. */
export function createPixelQueue(): PixelQueue {
  let room = 1024;
  let keys = new Float64Array(room);
  let turns = new Float64Array(room);
  let pixels = new Int32Array(room);
  let labels = new Int32Array(room);
  let size = 0;
  let turn = 0;
  let [topPixel, topLabel] = [0, 0];

  const isBefore = (a: number, b: number) => keys[a]! < keys[b]! || (keys[a] === keys[b] && turns[a]! < turns[b]!);
  const move = (from: number, to: number) => {
    keys[to] = keys[from]!;
    turns[to] = turns[from]!;
    pixels[to] = pixels[from]!;
    labels[to] = labels[from]!;
  };
  const swap = (a: number, b: number) => {
    // The place behind the last entry is free: there is always room for one more.
    move(a, size);
    move(b, a);
    move(size, b);
  };
  const grow = () => {
    room *= 2;
    const longer = <T extends Float64Array | Int32Array>(old: T): T => {
      const made = new (old.constructor as new (n: number) => T)(room);
      made.set(old);
      return made;
    };
    [keys, turns, pixels, labels] = [longer(keys), longer(turns), longer(pixels), longer(labels)];
  };
  const sink = () => {
    for (let at = 0, child = 1; child < size; at = child, child = 2 * at + 1) {
      if (child + 1 < size && isBefore(child + 1, child)) child += 1;
      if (!isBefore(child, at)) return;
      swap(child, at);
    }
  };
  return {
    size: () => size,
    push(distance, pixel, label) {
      if (size + 2 > room) grow();
      let at = size++;
      [keys[at], turns[at], pixels[at], labels[at]] = [distance, turn++, pixel, label];
      for (let parent = (at - 1) >> 1; at > 0 && isBefore(at, parent); at = parent, parent = (at - 1) >> 1)
        swap(at, parent);
    },
    pop() {
      [topPixel, topLabel] = [pixels[0]!, labels[0]!];
      size -= 1;
      if (size > 0) move(size, 0);
      sink();
    },
    pixel: () => topPixel,
    label: () => topLabel,
  };
}
