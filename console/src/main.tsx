import '@cloudscape-design/global-styles/index.css';
import './app/console.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app/App';
import { startTheme } from './app/theme';

startTheme();
const root = document.getElementById('console');
if (root === null) throw new Error('index.html has no place for the console');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
