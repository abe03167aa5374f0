/// <reference types="vitest/config" />
import { defineConfig, type Plugin } from 'vite';

// Cloudscape brings its font as data: URLs, which the page's policy forbids and which are half of its weight.
const systemFonts: Plugin = {
  name: 'system-fonts',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('global-styles') || !id.endsWith('.css')) return undefined;
    return { code: code.replace(/@font-face\s*\{[^}]*\}/g, ''), map: null };
  },
};

// Colours by the names that the components themselves were built with: the package of tokens is from another build, and
// its custom properties are defined by nobody.
const tokens = new URL('node_modules/@cloudscape-design/components/internal/generated/styles/tokens.js', import.meta.url);

// Relative URLs: the same build is served under /_console/ and under each collection's /_dashboards/.
export default defineConfig({
  base: './',
  plugins: [systemFonts],
  resolve: { alias: { '@cloudscape-design/design-tokens': tokens.pathname } },
  build: {
    outDir: '../build/console',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      onwarn(warning, report) {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') report(warning); // 'use client' means nothing here
      },
    },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:4566', rewrite: (path) => `/_console${path}` } } },
  // On a busy machine everything takes longer, and that is no fault.
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], testTimeout: 60_000 },
});
