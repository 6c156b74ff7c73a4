// Makes gpu.js of this folder from the browser bundle of the devDependency: `node vendor/make.ts`, after its version changed.
// The package as published would compile headless WebGL and bring an old Dawn; the bundle is one file and needs nothing.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const source = require.resolve('gpu.js/dist/gpu-browser.min.js');

/** `text` with `from`, which must occur once, replaced. */
function swap(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`vendor: ${JSON.stringify(from)} occurs ${parts.length - 1} times in ${source}, not once.`);
  return parts.join(to);
}

/** What a texel's four numbers are computed by: a loop, which compiles in half the time of gpu.js's four copies of the kernel. */
const lanes = '"  vec4 lanes = vec4(0.0)","  for (int lane = 0; lane < 4; lane++) { threadId = indexTo3D(index, uOutputDim)","  kernel()","  lanes = vec4(lanes.gba, kernelResult)","  index += 1; }"';

const changes: readonly (readonly [from: string, to: string])[] = [
  ['s=null;try{s=d()}catch(e){}const{WebGLKernel:', 's=null;try{s=host("gl")}catch(e){}const{WebGLKernel:'],
  ['const t=["r","g","b","a"];for(', 'const t=["lanes"];for('],
  ...['gl_FragData[0]', 'data0'].map((out) => [
    `{e.push("  threadId = indexTo3D(index, uOutputDim)","  kernel()",\`  ${out}.\${t} = kernelResult\`)}`, `{e.push(${lanes},"  ${out} = lanes")}`,
  ] as const),
  ...madd('s', 'this.em', 'f32x4Splat().', '.f32x4ExtractLane(0),"f32"', 'return s(t.arguments[0]),"f32"'),
  ...madd('r', 's', '', ',"vf32"', 'return r(t.arguments[0]),"vf32"'),
  ['f32x4ConvertI32x4U:251}', 'f32x4ConvertI32x4U:251,f32x4RelaxedMadd:261}'],
];

/** `Math.fround(a * b + c)` as one instruction of WebAssembly: `emit` writes an operand, which is spread over lanes by `splat`. */
function madd(emit: string, code: string, splat: string, end: string, otherwise: string): (readonly [from: string, to: string])[] {
  const operands = ['a.left.left', 'a.left.right', 'a.right'].map((operand) => `${emit}(${operand}),${splat && `${code}.${splat.slice(0, -1)},`}`).join('');
  return [[`case"fround":${otherwise};`, `case"fround":{const a=t.arguments[0];if(a.operator==="+"&&a.left.operator==="*")return ${operands}${code}.f32x4RelaxedMadd()${end};${otherwise}}`]];
}

/**
 * The bundle as a module that exports a function, so that importing it runs nothing. It sees no `window` and no `self`, on which
 * it would define `GPU` (the name of a WebGPU interface) and `glWiretap`. The package `gl`, which the bundle leaves empty, comes
 * from the argument.
 */
export function vendored(): string {
  const bundle = changes.reduce((text, [from, to]) => swap(text, from, to), readFileSync(source, 'utf8'));
  const licence = bundle.slice(0, bundle.indexOf('*/') + 2);
  const version = /@version (\S+)/.exec(licence)![1]!;
  return `${licence}
export const version = '${version}';

export default function load(host) {
  const module = { exports: {} };
  const { exports } = module;
  let window, self;
${bundle.slice(licence.length).trim()}
  return module.exports;
}
`;
}

export const file: string = fileURLToPath(new URL('gpu.js', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(file, vendored());
  writeFileSync(new URL('LICENSE', import.meta.url), readFileSync(new URL('../LICENSE', `file://${source}`)));
}
