import { useSound } from "../api/sounds";
import "./sounds.css";

/** A picture of the user's; an empty frame until it is there, or when it has gone. */
export function Cover({ id, name }: { id: string; name: string }) {
  const { data, refetch } = useSound(id);
  return (
    <span className="cover">
      {data?.image_url != null && <img src={data.image_url} alt={name} loading="lazy" onError={() => void refetch()} />}
    </span>
  );
}
