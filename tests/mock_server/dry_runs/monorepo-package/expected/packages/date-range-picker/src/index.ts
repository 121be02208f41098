export { date_range_picker } from './date-range-picker';
