{% set start = 'hydrateRoot' if values.ssr else 'createRoot' -%}
import { ${{ start }} } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from './App';

const root = document.getElementById('root');
const app = <BrowserRouter><App /></BrowserRouter>;
{% if values.ssr -%}
hydrateRoot(root, app);
{%- else -%}
createRoot(root).render(app);
{%- endif %}
