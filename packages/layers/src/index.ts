/**
 * Modules, layers, activations, losses and initial values, with PyTorch's names in camelCase.
 * @packageDocumentation
 */
export { LeakyReLU, leakyRelu, ReLU, relu, Sigmoid, sigmoid, Tanh, tanh } from './activation/basic.ts';
export { CELU, celu, ELU, elu, SELU, selu } from './activation/exponential.ts';
export {
  Hardshrink, hardshrink, Hardsigmoid, hardsigmoid, Hardswish, hardswish, Hardtanh, hardtanh, ReLU6, relu6, Softshrink, softshrink, Tanhshrink, tanhshrink,
  Threshold, threshold,
} from './activation/piecewise.ts';
export { PReLU, prelu, RReLU, rrelu, type RReLUOptions } from './activation/slopes.ts';
export {
  GELU, gelu, type GELUOptions, LogSigmoid, logSigmoid, logsigmoid, Mish, mish, SiLU, silu, Softplus, softplus, Softsign, softsign,
} from './activation/smooth.ts';
export { GLU, glu, gumbelSoftmax, type GumbelSoftmaxOptions, LogSoftmax, logSoftmax, Softmax, softmax, Softmax2d, Softmin, softmin } from './activation/softmax.ts';
export type { BackwardHook, BackwardPreHook, Gradients } from './backward-hooks.ts';
export { Bilinear, bilinear } from './bilinear.ts';
export { type AttentionOptions, scaledDotProductAttention } from './attention/attention.ts';
export { MultiheadAttention, type MultiheadAttentionCall, type MultiheadAttentionOptions } from './attention/multihead.ts';
export { PositionalEncoding, type PositionalEncodingOptions, rotaryEmbedding, type RotaryOptions, sinusoidalPositions, type WaveBase } from './attention/positions.ts';
export {
  type EncoderMasks, type StackOptions, Transformer, TransformerDecoder, TransformerEncoder, type TransformerMasks, type TransformerOptions,
} from './attention/transformer.ts';
export {
  type DecoderMasks, type EncoderLayerMasks, TransformerDecoderLayer, TransformerEncoderLayer, type TransformerLayerOptions,
} from './attention/transformer-layers.ts';
export { conv1d, conv2d, conv3d, type ConvOptions, convTranspose1d, convTranspose2d, convTranspose3d, type ConvTransposeOptions, type Padding } from './convolution/conv.ts';
export { Fold, fold, type FoldOptions, Unfold, unfold } from './convolution/fold.ts';
export { Conv1d, Conv2d, Conv3d, type ConvLayerOptions, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, type ConvTransposeLayerOptions } from './convolution/conv-layers.ts';
export type { PaddingMode } from './convolution/pad.ts';
export type { Sizes } from './convolution/windows.ts';
export { crossEntropy, CrossEntropyLoss, type CrossEntropyLossOptions, type CrossEntropyOptions } from './cross-entropy.ts';
export { AlphaDropout, alphaDropout, FeatureAlphaDropout, featureAlphaDropout, GaussianNoise } from './dropout/alpha.ts';
export { Dropout, dropout, Dropout1d, dropout1d, Dropout2d, dropout2d, Dropout3d, dropout3d, type DropoutMode } from './dropout/dropout.ts';
export type { DropoutOptions } from './dropout/mask.ts';
export { Embedding, embedding, type EmbeddingLookup, type EmbeddingOptions } from './embedding/embedding.ts';
export { type BagMode, EmbeddingBag, embeddingBag, type EmbeddingBagLookup, type EmbeddingBagOptions } from './embedding/embedding-bag.ts';
export { Flatten, Identity, Unflatten } from './flatten.ts';
export * as init from './init.ts';
export { Linear, type LinearOptions } from './linear.ts';
export { type AnyModule, type ForwardHook, type ForwardPreHook, Module } from './module.ts';
export { CosineSimilarity, PairwiseDistance, pairwiseDistance, type PairwiseDistanceOptions } from './distance.ts';
export { BCELoss, type BCELossOptions, type BCEOptions, binaryCrossEntropy } from './losses/bce.ts';
export { BCEWithLogitsLoss, type BCEWithLogitsLossOptions, type BCEWithLogitsOptions, binaryCrossEntropyWithLogits } from './losses/bce-with-logits.ts';
export { CosineEmbeddingLoss, cosineEmbeddingLoss } from './losses/cosine-embedding.ts';
export { CTCLoss, ctcLoss, type CTCOptions, type Lengths } from './losses/ctc.ts';
export { GaussianNLLLoss, gaussianNllLoss, type GaussianNLLOptions } from './losses/gaussian-nll.ts';
export { klDiv, KLDivLoss, type KLDivOptions } from './losses/kl-div.ts';
export { L1Loss, l1Loss } from './losses/l1.ts';
export type { LossOptions } from './losses/loss.ts';
export {
  HingeEmbeddingLoss, hingeEmbeddingLoss, type MarginOptions, MarginRankingLoss, marginRankingLoss, SoftMarginLoss, softMarginLoss,
} from './losses/margin.ts';
export { MSELoss, mseLoss } from './losses/mse.ts';
export { MultiLabelMarginLoss, multilabelMarginLoss, MultiLabelSoftMarginLoss, multilabelSoftMarginLoss } from './losses/multi-label.ts';
export { MultiMarginLoss, multiMarginLoss, type MultiMarginLossOptions, type MultiMarginOptions } from './losses/multi-margin.ts';
export { l1Penalty, l2Penalty } from './losses/penalty.ts';
export { NLLLoss, type NLLLossOptions, nllLoss, type NLLOptions } from './losses/nll.ts';
export { PoissonNLLLoss, poissonNllLoss, type PoissonNLLOptions } from './losses/poisson-nll.ts';
export { HuberLoss, huberLoss, type HuberOptions, SmoothL1Loss, smoothL1Loss, type SmoothL1Options } from './losses/smooth-l1.ts';
export {
  type Triplet, TripletMarginLoss, tripletMarginLoss, type TripletMarginOptions, TripletMarginWithDistanceLoss, tripletMarginWithDistanceLoss, type TripletMarginWithDistanceOptions,
} from './losses/triplet.ts';
export type { WeightValues } from './losses/weight.ts';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, batchNorm, type BatchNormInput } from './norm/batch-norm.ts';
export { GroupNorm, groupNorm, type GroupNormOptions } from './norm/group-norm.ts';
export { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, instanceNorm, type InstanceNormInput } from './norm/instance-norm.ts';
export { LayerNorm, type LayerNormInput, layerNorm, type LayerNormOptions } from './norm/layer-norm.ts';
export { LocalResponseNorm, localResponseNorm, type LocalResponseOptions } from './norm/local-response.ts';
export { normalize, type NormalizeOptions } from './norm/normalize.ts';
export { RMSNorm, rmsNorm, type RMSNormInput, type RMSNormOptions } from './norm/rms-norm.ts';
export type { FeatureNormInput, Statistics, TrackedNormOptions } from './norm/tracked.ts';
export {
  CircularPad1d, CircularPad2d, CircularPad3d, ConstantPad1d, ConstantPad2d, ConstantPad3d, ReflectionPad1d, ReflectionPad2d, ReflectionPad3d,
  ReplicationPad1d, ReplicationPad2d, ReplicationPad3d, ZeroPad1d, ZeroPad2d, ZeroPad3d,
} from './padding/pad-layers.ts';
export { pad, type PadModeOptions } from './padding/pad.ts';
export { isParametrized, type Parametrization, registerParametrization, removeParametrizations } from './parametrization/parametrize.ts';
export { orthogonal, type OrthogonalParametrizationOptions } from './parametrization/orthogonal.ts';
export type { OrthogonalMap } from './parametrization/orthogonal-maps.ts';
export { spectralNorm, type SpectralNormOptions } from './parametrization/spectral-norm.ts';
export { weightNorm } from './parametrization/weight-norm.ts';
export type { Placed } from './positional.ts';
export { Buffer, Parameter, type ParameterOptions } from './parameter.ts';
export { type CellOptions, GRUCell, LSTMCell, RNNCell, type RNNCellOptions } from './recurrent/cells.ts';
export { GRU, LSTM, type LSTMOptions, RNN, type RNNOptions, type Stacked } from './recurrent/layers.ts';
export {
  type AxisOrder, type PackedSequence, type PackOptions, packPaddedSequence, packSequence, type PadOptions, padPackedSequence, padSequence, unpackSequence, unpadSequence,
} from './recurrent/packed.ts';
export type { Like, RecurrentOptions, Sequences } from './recurrent/recurrent.ts';
export type { Reduction } from './reduction.ts';
export { isMetric, isModule, type Member, members, type MetricLike } from './registry.ts';
export {
  adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d, adaptiveMaxPool1d, adaptiveMaxPool1dWithIndices, adaptiveMaxPool2d, adaptiveMaxPool2dWithIndices,
  adaptiveMaxPool3d, adaptiveMaxPool3dWithIndices, type OutputSize,
} from './pooling/adaptive.ts';
export { avgPool1d, avgPool2d, avgPool3d, type AvgPoolOptions, lpPool1d, lpPool2d, type LPPoolOptions } from './pooling/avg-pool.ts';
export type { PoolOptions } from './pooling/frame.ts';
export {
  maxPool1d, maxPool1dWithIndices, maxPool2d, maxPool2dWithIndices, maxPool3d, maxPool3dWithIndices, type MaxPoolOptions, type Pooled,
} from './pooling/max-pool.ts';
export {
  AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d,
  type IndicesOption, LPPool1d, LPPool2d, MaxPool1d, MaxPool2d, MaxPool3d, type MaxPoolLayerOptions, type PoolResult,
} from './pooling/pool-layers.ts';
export { MaxUnpool1d, maxUnpool1d, MaxUnpool2d, maxUnpool2d, MaxUnpool3d, maxUnpool3d, type MaxUnpoolOptions } from './pooling/max-unpool.ts';
export { affineGrid, type AffineGridOptions, gridSample, type GridSampleOptions } from './resampling/grid.ts';
export { interpolate, type InterpolateOptions, Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from './resampling/interpolate.ts';
export type { InterpolationMode } from './resampling/kernels.ts';
export { ChannelShuffle, channelShuffle, channelsFirst, channelsLast, PixelShuffle, pixelShuffle, PixelUnshuffle, pixelUnshuffle } from './resampling/shuffle.ts';
export { DictOf, ModuleDict } from './container/dict.ts';
export { type Item, ListOf, ModuleList } from './container/list.ts';
export { ParameterDict, ParameterList } from './container/parameters.ts';
export { Sequential } from './container/sequential.ts';
export { decodeSafetensors, encodeSafetensors, loadSafetensors, type Safetensors, type SafetensorsOptions, saveSafetensors } from './safetensors.ts';
export { parametersToVector, vectorToParameters } from './vector.ts';
export type { LoadOptions, LoadReport, StateDict } from './state.ts';
