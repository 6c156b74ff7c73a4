// The one test configuration of all packages. Tests run on the sources: the `@nn/source` condition in every package's
// `exports` leads there, so that nothing has to be built first, neither here nor in the workers that a package starts.

import { defineProject, mergeConfig, type UserWorkspaceConfig } from 'vitest/config';

const conditions = ['@nn/source', 'module', 'node', 'development|production'];

export function packageTests(own: UserWorkspaceConfig = {}): UserWorkspaceConfig {
  return mergeConfig(
    defineProject({
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      test: {
        environment: 'node',
        include: ['test/**/*.test.ts'],
        pool: 'forks',
        execArgv: ['--conditions=@nn/source'],
        testTimeout: 20_000, // slow machines, and Vulkan in software
        hookTimeout: 30_000,
      },
    }),
    own,
  );
}
