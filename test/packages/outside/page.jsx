import { PlenumProvider, useMessages } from '@plenum/react';
import { createRoot } from 'react-dom/client';

function Messages() {
  const { messages } = useMessages('room');
  return messages.map((message) => <p key={message.key}>{message.message}</p>);
}

createRoot(document.body).render(
  <PlenumProvider url={location.origin} userId="ann" token="a token">
    <Messages />
  </PlenumProvider>,
);
