/**
 * Initial values. Each function overwrites a tensor (PyTorch's `torch.nn.init.xavier_uniform_` is `init.xavierUniform`) and returns it.
 * Numbers are drawn by arithmetic that is the same everywhere, so a seed gives the same parameters on every device: uniform ones by the device,
 * others on the host, which takes longer.
 */
export { constant, type InitOptions, normal, ones, truncNormal, uniform, zeros } from './init/drawn.ts';
export {
  calculateFanInAndFanOut, calculateGain, kaimingNormal, type KaimingOptions, kaimingUniform, type Nonlinearity, xavierNormal, type XavierOptions, xavierUniform,
} from './init/fans.ts';
export { dirac, eye, orthogonal, type OrthogonalOptions, sparse } from './init/structured.ts';
