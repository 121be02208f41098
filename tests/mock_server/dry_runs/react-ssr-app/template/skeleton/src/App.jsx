import { Link, Route, Routes } from 'react-router';
{% for route in values.routes -%}
import { ${{ route.component }} } from './pages/${{ route.component }}';
{% endfor %}
export function App() {
  return (
    <main style={{ margin: '0 auto', maxWidth: 720 }}>
      <nav>
        {%- for route in values.routes %}
        <Link to="${{ route.path }}">${{ loop.index }}. ${{ route.component }}</Link>{% if not loop.last %} |{% endif %}
        {%- endfor %}
      </nav>
      <Routes>
        {%- for route in values.routes %}
        <Route path="${{ route.path }}" element={<${{ route.component }} />} />
        {%- endfor %}
      </Routes>
    </main>
  );
}
