// The WebGPU backend without Dawn: installs, imports, and says what is missing.

import { webgpu } from '@nn/backend-webgpu';

const message = await webgpu().then(() => '', String);
if (!message.includes('npm install webgpu')) throw new Error(`webgpu() without Dawn: ${message || 'no error'}`);
