export const Home = () => <h1>Gift Cards & Vouchers</h1>;
