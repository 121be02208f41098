export const Card = () => <p style={{ color: 'gray' }}>{`gift cards &...`}</p>;
