import { renderToString } from 'react-dom/server';
import { StaticRouter } from 'react-router';
import { App } from './App';

export const render = url => renderToString(<StaticRouter location={url}><App /></StaticRouter>);
