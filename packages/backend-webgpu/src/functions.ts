/**
 * WGSL functions for what the language leaves to the driver (Vulkan allows sin an absolute error of 2^-11, log one of 2^-21 near 1, atan 4096 units in the last place; NaN may vanish)
 * or defines otherwise than `evaluate` of @nn/tensor. The approximations are Cephes' single-precision ones (Moshier, netlib.org/cephes).
 */

/** Name to text; a function may use those above it. */
const functions: { readonly [name: string]: string } = {
  // `var`, since a constant expression must not be NaN or infinite.
  nan_f32: '() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }',
  inf_f32: '() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }',
  isnan_f32: '(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }',
  isinf_f32: '(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }',
  truth_f32: '(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) != 0u; }',
  to_i32: '(x: f32) -> i32 { return select(i32(x), 0i, isnan_f32(x)); }',
  to_u32: '(x: f32) -> u32 { return select(select(u32(x), bitcast<u32>(i32(x)), x < 0f), 0u, isnan_f32(x)); }',
  // To the nearest number of float16. What is too large is infinite, which the conversions leave to the driver.
  round_f16: `(x: f32) -> f32 {
  if (isnan_f32(x) || abs(x) < 65504f) { return quantizeToF16(x); }
  return select(select(65504f, inf_f32(), abs(x) >= 65520f), -select(65504f, inf_f32(), abs(x) >= 65520f), x < 0f);
}`,
  // NaN has the sign 0.
  sign_f32: '(x: f32) -> f32 { return select(0f, 1f, x > 0f) - select(0f, 1f, x < 0f); }',
  max_f32: '(a: f32, b: f32) -> f32 { return select(b, a, a > b || isnan_f32(a)); }',
  min_f32: '(a: f32, b: f32) -> f32 { return select(b, a, a < b || isnan_f32(a)); }',

  // Long division: 12 bits of the quotient at a time, never too many, times halves of the divisor, so that every step is exact.
  fmod_f32: `(a: f32, b: f32) -> f32 {
  let d = abs(b);
  var r = abs(a);
  if (!(r < inf_f32()) || !(d > 0f)) { return nan_f32(); }
  let high = bitcast<f32>(bitcast<u32>(d) & 0xfffff000u);
  while (r >= d) {
    let q = max(floor(bitcast<f32>(bitcast<u32>(min(r / d * 0.9999998f, 1e38f)) & 0xfffff000u)), 1f);
    r = (r - q * high) - q * (d - high);
  }
  return select(r, -r, a < 0f);
}`,
  mod_f32: '(a: f32, b: f32) -> f32 { let r = fmod_f32(a, b); return select(r, r + b, r != 0f && (r < 0f) != (b < 0f)); }',
  floor_div_f32: `(a: f32, b: f32) -> f32 {
  let q = a / b;
  if (b == 0f || isinf_f32(b) || isinf_f32(q) || isnan_f32(q)) { return floor(q); }
  return round((a - mod_f32(a, b)) / b);
}`,
  // Division by zero gives 0.
  rest_i32: '(a: i32, b: i32) -> i32 { if (b == 0i) { return 0i; } return a % b; }',
  rest_u32: '(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a % b; }',
  mod_i32: '(a: i32, b: i32) -> i32 { let r = rest_i32(a, b); return select(r, r + b, r != 0i && (r < 0i) != (b < 0i)); }',
  mod_u32: '(a: u32, b: u32) -> u32 { return rest_u32(a, b); }',
  floor_div_i32: '(a: i32, b: i32) -> i32 { if (b == 0i) { return 0i; } return a / b - select(0i, 1i, a % b != 0i && (a < 0i) != (b < 0i)); }',
  floor_div_u32: '(a: u32, b: u32) -> u32 { if (b == 0u) { return 0u; } return a / b; }',

  // x = n ln 2 + r; exp(r) by a polynomial, 2^n in two factors since 2^128 is too large and 2^-127 too small a float.
  exp_f32: `(x: f32) -> f32 {
  if (isnan_f32(x)) { return x; }
  if (x > 88.8f) { return inf_f32(); }
  if (x < -104f) { return 0f; }
  let n = round(x * 1.44269504f);
  let r = fma(n, 2.12194440e-4f, fma(n, -0.693359375f, x));
  let y = fma(fma(fma(fma(fma(fma(1.9875691500e-4f, r, 1.3981999507e-3f), r, 8.3334519073e-3f), r, 4.1665795894e-2f), r, 1.6666665459e-1f), r, 5.0000001201e-1f), r * r, r) + 1f;
  let k = i32(n);
  let h = k / 2i;
  return y * bitcast<f32>(u32(h + 127i) << 23u) * bitcast<f32>(u32(k - h + 127i) << 23u);
}`,
  // log(1 + m) for 1 + m in [sqrt 1/2, sqrt 2).
  log_near_f32: `(m: f32) -> f32 {
  let z = m * m;
  let y = fma(fma(fma(fma(7.0376836292e-2f, m, -1.1514610310e-1f), m, 1.1676998740e-1f), m, -1.2420140846e-1f), m, 1.4249322787e-1f);
  return m + (fma(fma(fma(fma(y, m, -1.6668057665e-1f), m, 2.0000714765e-1f), m, -2.4999993993e-1f), m, 3.3333331174e-1f) * m * z - 0.5f * z);
}`,
  // x = 2^e (1 + m)
  log_f32: `(x: f32) -> f32 {
  if (isnan_f32(x) || x == inf_f32()) { return x; }
  if (x <= 0f) { return select(nan_f32(), -inf_f32(), x == 0f); }
  let bits = bitcast<u32>(x) - 0x3f3504f3u;
  let e = f32(bitcast<i32>(bits) >> 23u);
  let m = bitcast<f32>((bits & 0x7fffffu) + 0x3f3504f3u) - 1f;
  return fma(e, 0.693359375f, fma(e, -2.12194440e-4f, log_near_f32(m)));
}`,
  // The usual trick with (1 + x) - 1 does not survive drivers that simplify it to x.
  log1p_f32: '(x: f32) -> f32 { if (x > -0.29f && x < 0.41f) { return log_near_f32(x); } return log_f32(1f + x); }',
  // r = |x| - n pi/2 in three exact steps, then sine or cosine by quadrant; good to |x| of about 10,000.
  turn_f32: `(x: f32, quadrant: i32) -> f32 {
  if (!(abs(x) < 1e9f)) { return nan_f32(); }
  let n = round(x * 0.636619772f);
  let r = ((x - n * 1.5703125f) - n * 4.837512969970703125e-4f) - n * 7.54978995489188216e-8f;
  let z = r * r;
  let s = fma(fma(fma(-1.9515295891e-4f, z, 8.3321608736e-3f), z, -1.6666654611e-1f), z * r, r);
  let c = fma(fma(fma(2.443315711809948e-5f, z, -1.388731625493765e-3f), z, 4.166664568298827e-2f), z * z, fma(-0.5f, z, 1f));
  let q = i32(n) + quadrant;
  let y = select(s, c, (q & 1i) == 1i);
  return select(y, -y, (q & 2i) == 2i);
}`,
  sin_f32: '(x: f32) -> f32 { return turn_f32(x, 0i); }',
  cos_f32: '(x: f32) -> f32 { return turn_f32(x, 1i); }',
  tanh_f32: `(x: f32) -> f32 {
  let a = abs(x);
  if (!(a >= 0.625f)) {
    let z = x * x;
    return fma(fma(fma(fma(fma(-5.70498872745e-3f, z, 2.06390887954e-2f), z, -5.37397155531e-2f), z, 1.33314422036e-1f), z, -3.33332819422e-1f), z * x, x);
  }
  let y = select(1f - 2f / (exp_f32(2f * a) + 1f), 1f, a > 10f);
  return select(y, -y, x < 0f);
}`,
  // Beyond tan(pi/8) and tan(3 pi/8) by the angle to pi/4 and pi/2.
  atan_f32: `(x: f32) -> f32 {
  if (isnan_f32(x)) { return x; }
  let a = abs(x);
  let middle = a > 0.41421356f;
  let far = a > 2.4142136f;
  let m = select(select(a, (a - 1f) / (a + 1f), middle), -1f / a, far);
  let z = m * m;
  let y = fma(fma(fma(fma(8.05374449538e-2f, z, -1.38776856032e-1f), z, 1.99777106478e-1f), z, -3.33329491539e-1f), z * m, m);
  let angle = y + select(select(0f, 0.7853981633974483f, middle), 1.5707963267948966f, far);
  return select(angle, -angle, (bitcast<u32>(x) >> 31u) == 1u);
}`,
  atan2_f32: `(y: f32, x: f32) -> f32 {
  if (isnan_f32(x) || isnan_f32(y)) { return nan_f32(); }
  let a = abs(x);
  let b = abs(y);
  let both = isinf_f32(x) && isinf_f32(y);
  let large = max(a, b);
  let t = atan_f32(select(select(min(a, b) / large, 0f, large == 0f), 1f, both));
  let acute = select(t, 1.5707963267948966f - t, b > a);
  let angle = select(acute, 3.141592653589793f - acute, (bitcast<u32>(x) >> 31u) == 1u);
  return select(angle, -angle, (bitcast<u32>(y) >> 31u) == 1u);
}`,
  // |a|^b = exp(b log |a|); a negative base has a power where b is whole, and the power keeps its sign where b is odd.
  pow_f32: `(a: f32, b: f32) -> f32 {
  if (b == 0f || a == 1f || (a == -1f && isinf_f32(b))) { return 1f; }
  if (isnan_f32(a) || isnan_f32(b)) { return nan_f32(); }
  let y = exp_f32(b * log_f32(abs(a)));
  if ((bitcast<u32>(a) >> 31u) == 0u) { return y; }
  if (abs(b) < 16777216f && fract(b) == 0f && fract(b * 0.5f) != 0f) { return -y; }
  return select(nan_f32(), y, floor(b) == b || isinf_f32(a) || a == 0f);
}`,
  pow_i32: `(a: i32, b: i32) -> i32 {
  if (b < 0i) { return select(select(0i, select(1i, -1i, (b & 1i) == 1i), a == -1i), 1i, a == 1i); }
  var y = 1i;
  var x = a;
  for (var n = u32(b); n != 0u; n >>= 1u) {
    if ((n & 1u) == 1u) { y *= x; }
    x *= x;
  }
  return y;
}`,
  pow_u32: '(a: u32, b: u32) -> u32 { return u32(pow_i32(i32(a), i32(b & 0x7fffffffu))); }',
};

/** The functions that `code` calls, in the order in which they are declared. */
export function functionsIn(code: string): string {
  let used = code;
  const texts: string[] = [];
  for (const [name, text] of Object.entries(functions).reverse()) {
    if (!new RegExp(`\\b${name}\\(`).test(used)) continue;
    used += text;
    texts.unshift(`fn ${name}${text}`);
  }
  return texts.join('\n');
}
