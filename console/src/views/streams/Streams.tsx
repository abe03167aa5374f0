// Streams: the list, and one of them with its shards, its numbers and its records.
import { useRoute } from '../../app/router';
import { StreamDetail } from './StreamDetail';
import { StreamList } from './StreamList';

export default function Streams() {
  const { path } = useRoute();
  return path[1] === undefined ? <StreamList /> : <StreamDetail key={path[1]} name={path[1]} />;
}
