import './style/tokens.css';
import './style/controls.css';
import './shell/shell.css';
import './shell/pages.css';
import './shell/layers.css';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { setFirstPreferences } from './shell/preferences.ts';

setFirstPreferences();
createRoot(document.getElementById('root')!).render(<App />);
