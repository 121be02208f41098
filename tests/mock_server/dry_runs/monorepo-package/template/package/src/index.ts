export { ${{ values.identifier }} } from './${{ values.name }}';
