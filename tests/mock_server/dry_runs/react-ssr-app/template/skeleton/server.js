import fs from 'node:fs/promises';
import express from 'express';

const port = process.env.PORT ?? ${{ values.port }};
const page = await fs.readFile('dist/client/index.html', 'utf-8');
const { render } = await import('./dist/server/entry-server.js');

const app = express();
app.use(express.static('dist/client', { index: false }));
app.use((request, response) => {
  response.send(page.replace('<!--app-html-->', () => render(request.originalUrl)));
});
app.listen(port, () => console.log(`${{ values.name }} listens on http://localhost:${port}`));
