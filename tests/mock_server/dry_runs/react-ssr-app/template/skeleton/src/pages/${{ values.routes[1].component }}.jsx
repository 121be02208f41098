{# The second page shows how props with braces survive: they are no tags. -#}
export const ${{ values.routes[1].component }} = () => <p style={{ color: 'gray' }}>{`${{ values.title | truncate(12) }}`}</p>;
