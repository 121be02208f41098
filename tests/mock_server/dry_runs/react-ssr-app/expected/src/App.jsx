import { Link, Route, Routes } from 'react-router';
import { Home } from './pages/Home';
import { Card } from './pages/Card';

export function App() {
  return (
    <main style={{ margin: '0 auto', maxWidth: 720 }}>
      <nav>
        <Link to="/">1. Home</Link> |
        <Link to="/cards/:id">2. Card</Link>
      </nav>
      <Routes>
        <Route path="/" element={<Home />} />
        <Route path="/cards/:id" element={<Card />} />
      </Routes>
    </main>
  );
}
