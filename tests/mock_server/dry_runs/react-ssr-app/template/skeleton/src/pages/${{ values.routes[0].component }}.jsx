export const ${{ values.routes[0].component }} = () => <h1>${{ values.title | title }}</h1>;
