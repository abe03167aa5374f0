// Dark or light: as the system says until somebody chooses.
import {
  colorBackgroundContainerContent,
  colorBackgroundLayoutMain,
  colorBorderDividerDefault,
  colorTextBodyDefault,
  colorTextBodySecondary,
  colorTextLinkDefault,
  fontFamilyBase,
} from '@cloudscape-design/design-tokens';
import { applyMode, Mode } from '@cloudscape-design/global-styles';

const kKey = 'standpipe.theme';
const system = () => window.matchMedia('(prefers-color-scheme: dark)');

export function isDark(): boolean {
  const chosen = localStorage.getItem(kKey);
  return chosen === null ? system().matches : chosen === 'dark';
}

// What our own style sheet uses of the design system's colours, under names that do not change with its version.
const tokens = {
  '--page': colorBackgroundLayoutMain,
  '--surface': colorBackgroundContainerContent,
  '--text': colorTextBodyDefault,
  '--text-quiet': colorTextBodySecondary,
  '--link': colorTextLinkDefault,
  '--divider': colorBorderDividerDefault,
  '--font': fontFamilyBase,
};

function apply() {
  applyMode(isDark() ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = isDark() ? 'dark' : 'light';
  window.dispatchEvent(new Event('standpipe-theme')); // charts are drawn, not styled
}

export function startTheme() {
  for (const [name, value] of Object.entries(tokens)) document.body.style.setProperty(name, value);
  apply();
  system().addEventListener('change', apply);
}

// For useSyncExternalStore: charts and the switch follow.
export function watchTheme(changed: () => void) {
  window.addEventListener('standpipe-theme', changed);
  return () => window.removeEventListener('standpipe-theme', changed);
}

export function toggleTheme() {
  localStorage.setItem(kKey, isDark() ? 'light' : 'dark');
  apply();
}
