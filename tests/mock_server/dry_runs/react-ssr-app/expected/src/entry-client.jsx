import { hydrateRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from './App';

const root = document.getElementById('root');
const app = <BrowserRouter><App /></BrowserRouter>;
hydrateRoot(root, app);
