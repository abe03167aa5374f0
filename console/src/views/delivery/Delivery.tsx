// Delivery streams: the list, and one of them with everything that is known about it.
import { useRoute } from '../../app/router';
import { DeliveryDetail } from './DeliveryDetail';
import { DeliveryList } from './DeliveryList';

export default function Delivery() {
  const { path } = useRoute();
  return path[1] === undefined ? <DeliveryList /> : <DeliveryDetail key={path[1]} name={path[1]} />;
}
