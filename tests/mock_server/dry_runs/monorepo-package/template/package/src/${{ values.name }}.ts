export const ${{ values.identifier }} = ${{ values | dump(2) }};
