/**
 * TensorBoard's event files: records (TFRecord) of `Event` messages (protocol buffers), of which only scalars are needed here.
 *
 * Sources: https://www.tensorflow.org/tutorials/load_data/tfrecord; tensorflow/core/util/event.proto, summary.proto; CRC32C: RFC 3720.
 */
const TABLE = /*@__PURE__*/ Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc >>> 0;
});

/** The Castagnoli checksum. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

/** A checksum as records hold it: turned by 15 bits and moved, since data with checksums in them are checked again. */
const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Bytes filled by a DataView. */
function filled(length: number, fill: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  fill(new DataView(bytes.buffer));
  return bytes;
}

/** Length, its checksum, the data, their checksum. */
function record(data: Uint8Array): Uint8Array {
  const length = filled(8, (view) => { view.setBigUint64(0, BigInt(data.length), true); });
  const sum = (bytes: Uint8Array) => filled(4, (view) => { view.setUint32(0, masked(bytes), true); });
  return joined(length, sum(length), data, sum(data));
}

/** A whole number in groups of seven bits, the lowest first. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

// Fields: number and kind (0 varint, 1 eight bytes, 2 of a length, 5 four bytes), then the value.
const sized = (field: number, bytes: Uint8Array) => joined(varint((field << 3) | 2), varint(bytes.length), bytes);
const text = (field: number, value: string) => sized(field, new TextEncoder().encode(value));
const double = (field: number, value: number) => joined(varint((field << 3) | 1), filled(8, (view) => { view.setFloat64(0, value, true); }));
const float = (field: number, value: number) => joined(varint((field << 3) | 5), filled(4, (view) => { view.setFloat32(0, value, true); }));
const whole = (field: number, value: number) => joined(varint(field << 3), varint(value));

/** The record that every file begins with. @param time seconds since 1970 */
export const fileHeader = (time: number): Uint8Array => record(joined(double(1, time), text(3, 'brain.Event:2')));

/** Scalars of a step as one record. */
export const scalars = (time: number, step: number, values: Readonly<Record<string, number>>): Uint8Array =>
  record(joined(double(1, time), whole(2, step), sized(5, joined(...Object.entries(values).map(([tag, value]) => sized(1, joined(text(1, tag), float(2, value))))))));
